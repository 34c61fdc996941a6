import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiFixture, apiFixture } from "./testing/api.fixture.ts";

let house: ApiFixture;
beforeAll(async () => {
  house = await apiFixture();
});
afterAll(async () => {
  await house.close();
});

const attempt = (login: string, password: string, remoteAddress = "127.0.0.1") =>
  house.app.inject({ method: "POST", url: "/api/v1/login", payload: { login, password }, remoteAddress });

describe("login (AD-01)", () => {
  test("the session cookie is for the server only, the CSRF cookie is readable, and only the token's hash is stored", async () => {
    const { aigul } = house.company.employees;
    const answer = await attempt(aigul.login, aigul.password);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ login: "aigul", extension: "103", roles: ["agent"], permissions: { dialog: { read: "own" } } });
    const session = answer.cookies.find((c) => c.name === "kommutator_session");
    expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
    expect(answer.cookies.find((c) => c.name === "kommutator_csrf")?.httpOnly).toBeUndefined();
    const rows = await house.sql<{ row: string }[]>`SELECT session::text AS row FROM session`;
    expect(rows.some((r) => r.row.includes(session?.value ?? "?"))).toBe(false);
  });

  test("a login is the same in any case, a wrong password and an unknown login answer alike", async () => {
    const { bolat } = house.company.employees;
    expect((await attempt("BOLAT", bolat.password)).statusCode).toBe(200);
    const wrong = await attempt("bolat", "wrong");
    const unknown = await attempt("nobody-at-all", "wrong");
    expect([wrong.statusCode, wrong.json()]).toEqual([401, { code: "bad_credentials", details: {} }]);
    expect([unknown.statusCode, unknown.json()]).toEqual([401, { code: "bad_credentials", details: {} }]);
  });

  test("five wrong passwords lock the account for a quarter of an hour, also against thirty guesses at once; then the right one works", async () => {
    const { dana } = house.company.employees;
    const answers = await Promise.all(Array.from({ length: 29 }, (_, i) => attempt("dana", `guess ${i}`, "127.0.0.8")));
    const codes = answers.map((a) => a.json().code);
    expect(codes.filter((c) => c === "bad_credentials")).toHaveLength(5);
    expect(codes.filter((c) => c === "locked_out")).toHaveLength(24);
    expect((await attempt("dana", dana.password, "127.0.0.9")).json()).toMatchObject({ code: "locked_out" });
    const [row] = await house.sql<{ locked_until: Date }[]>`SELECT locked_until FROM employee WHERE login = 'dana'`;
    expect(row?.locked_until.getTime()).toBeGreaterThan(Date.now());
    house.time.ahead += 15 * 60_000;
    expect((await attempt("dana", dana.password, "127.0.0.9")).statusCode).toBe(200);
    house.time.ahead = 0;
  });

  test("guesses from one address are limited whatever the account", async () => {
    const from = (i: number) =>
      house.app.inject({ method: "POST", url: "/api/v1/login", payload: { login: `stranger${i}`, password: "x" }, remoteAddress: "127.0.0.10" });
    const answers = [];
    for (let i = 0; i < 32; i++) answers.push(await from(i));
    expect(answers.filter((a) => a.statusCode === 429 && a.json().code === "rate_limited")).toHaveLength(2);
  });
});

describe("sessions", () => {
  const login = (employee: { login: string; password: string }, remoteAddress: string) =>
    house.app
      .inject({ method: "POST", url: "/api/v1/login", payload: { login: employee.login, password: employee.password }, remoteAddress })
      .then((answer) => {
        expect(answer.statusCode).toBe(200);
        const cookie = answer.cookies.map((c) => `${c.name}=${c.value}`).join("; ");
        const csrf = answer.cookies.find((c) => c.name === "kommutator_csrf")?.value ?? "";
        return { cookie, csrf };
      });
  const me = (cookie: string) => house.app.inject({ method: "GET", url: "/api/v1/me", headers: { cookie } });

  test("an unsafe request needs the token of its own session, nobody else's", async () => {
    const mine = await login(house.company.employees.aigul, "127.0.0.20");
    const other = await login(house.company.employees.bolat, "127.0.0.20");
    const patch = (headers: Record<string, string>) =>
      house.app.inject({ method: "PATCH", url: "/api/v1/me", headers: { cookie: mine.cookie, ...headers }, payload: { locale: "kk" } });
    for (const headers of [{}, { "x-csrf-token": "" }, { "x-csrf-token": other.csrf }, { "x-csrf-token": `${mine.csrf}x` }]) {
      const answer = await patch(headers as Record<string, string>);
      expect([answer.statusCode, answer.json().code]).toEqual([403, "csrf"]);
    }
    expect((await patch({ "x-csrf-token": mine.csrf })).json()).toMatchObject({ locale: "kk" });
  });

  test("a session ends by logging out, by twelve quiet hours, and after a week however busy; use keeps it alive", async () => {
    const { aigul } = house.company.employees;
    const left = await login(aigul, "127.0.0.21");
    expect((await house.app.inject({ method: "POST", url: "/api/v1/logout", headers: { cookie: left.cookie, "x-csrf-token": left.csrf } })).statusCode).toBe(
      204,
    );
    expect((await me(left.cookie)).statusCode).toBe(401);

    const quiet = await login(aigul, "127.0.0.21");
    house.time.ahead = 12 * 3_600_000 + 1_000;
    expect((await me(quiet.cookie)).statusCode).toBe(401);
    house.time.ahead = 0;

    const busy = await login(aigul, "127.0.0.21");
    for (let hours = 11; hours < 7 * 24; hours += 11) {
      house.time.ahead = hours * 3_600_000;
      expect((await me(busy.cookie)).statusCode).toBe(200);
    }
    house.time.ahead = 7 * 86_400_000 + 1_000;
    expect((await me(busy.cookie)).statusCode).toBe(401);
    house.time.ahead = 0;
  });

  test("changing the password ends every session of mine and gives this browser a new one", async () => {
    const { bolat } = house.company.employees;
    const [one, two] = [await login(bolat, "127.0.0.22"), await login(bolat, "127.0.0.22")];
    const change = (current: string, next: string) =>
      house.app.inject({
        method: "PATCH",
        url: "/api/v1/me",
        headers: { cookie: one.cookie, "x-csrf-token": one.csrf },
        payload: { password: { current, next } },
      });
    expect((await change("not it", "a new password")).json()).toMatchObject({ code: "validation" });
    const changed = await change(bolat.password, "a new password");
    expect(changed.statusCode).toBe(200);
    expect((await me(one.cookie)).statusCode).toBe(401);
    expect((await me(two.cookie)).statusCode).toBe(401);
    expect((await me(changed.cookies.map((c) => `${c.name}=${c.value}`).join("; "))).statusCode).toBe(200);
    expect((await attempt("bolat", "a new password", "127.0.0.22")).statusCode).toBe(200);
  });

  test("a stale or invented cookie is nobody", async () => {
    for (const cookie of ["kommutator_session=", "kommutator_session=x", `kommutator_session=${"A".repeat(43)}`, `kommutator_session=${"A".repeat(5000)}`]) {
      expect((await me(cookie)).json()).toEqual({ code: "unauthenticated", details: {} });
    }
  });
});
