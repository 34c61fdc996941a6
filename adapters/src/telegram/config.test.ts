import { describe, expect, it } from "vitest";
import { parseTelegramConfig } from "./config.ts";

const token = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11";

describe("the settings of a bot", () => {
  it("need a token alone", () => {
    expect(parseTelegramConfig({ token: ` ${token}\n` })).toMatchObject({ token, mode: "polling", apiUrl: "https://api.telegram.org" });
  });
  it("a webhook's address loses its trailing slash", () => {
    expect(parseTelegramConfig({ token, mode: "webhook", publicUrl: "https://crm.company.example/" }).publicUrl).toBe("https://crm.company.example");
  });
  it.each([
    [{ token: "nonsense" }, "token"],
    [{ token, mode: "webhook" }, "publicUrl"],
    [{ token, mode: "webhook", publicUrl: "http://crm.company.example" }, "publicUrl"],
    [{ token, mode: "webhook", publicUrl: "crm.company.example" }, "publicUrl"],
    [{ token, apiUrl: "http://telegram.company.example" }, "apiUrl"],
    [{ token, apiUrl: "https://telegram.company.example/some/path" }, "apiUrl"],
    [{ token, apiUrl: "ftp://127.0.0.1" }, "apiUrl"],
    [{ token, mode: "telepathy" }, "mode"],
  ])("%j is refused because of its %s", (raw, field) => {
    expect(() => parseTelegramConfig(raw)).toThrow(expect.objectContaining({ issues: [expect.objectContaining({ path: [field] })] }));
  });
  it("every fault is named at once", () => {
    expect(() => parseTelegramConfig({ token: "x", mode: "y", apiUrl: "z" })).toThrow(
      expect.objectContaining({ issues: expect.objectContaining({ length: 3 }) }),
    );
  });
});
