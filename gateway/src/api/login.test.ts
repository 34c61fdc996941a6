import { Secret, TOTP } from "otpauth";
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

const guess = (login: string, password: string, remoteAddress: string, code?: string) =>
  house.app.inject({ method: "POST", url: "/api/v1/login", payload: { login, password, ...(code === undefined ? {} : { code }) }, remoteAddress });

describe("who guesses", () => {
  test("locks nobody out of the address at which they work", async () => {
    const { head } = house.company.employees;
    expect((await guess("head", head.password, "127.0.0.30")).statusCode).toBe(200);
    for (let i = 0; i < 5; i++) await guess("head", `guess ${i}`, "127.0.0.31");
    expect((await guess("head", head.password, "127.0.0.31")).json().code).toBe("locked_out");
    expect((await guess("head", head.password, "127.0.0.30")).statusCode).toBe(200);
    for (let i = 0; i < 5; i++) expect((await guess("head", `guess ${i}`, "127.0.0.30")).json().code).toBe("bad_credentials");
    expect((await guess("head", head.password, "127.0.0.30")).json()).toMatchObject({ code: "locked_out", details: { until: expect.any(String) } });
    house.time.ahead += 16 * 60_000;
    expect((await guess("head", head.password, "127.0.0.30")).statusCode).toBe(200);
    house.time.ahead = 0;
    await house.sql`UPDATE employee SET failed_logins = 0, locked_until = NULL WHERE login = 'head'`;
  });

  test("at many accounts from one address waits a minute, then two; other addresses sign in meanwhile", async () => {
    const { bolat } = house.company.employees;
    await house.sql`INSERT INTO login_address (address, failures, last_failed_at) VALUES ('127.0.0.33', 29, now())`;
    const at = (ms: number) => {
      house.time.ahead = ms;
      return guess("nobody-here", "x", "127.0.0.33").then((a) => a.json().code);
    };
    expect(await at(0)).toBe("bad_credentials");
    expect([await at(30_000), await at(61_000), await at(61_000 + 90_000), await at(61_000 + 121_000)]).toEqual([
      "rate_limited",
      "bad_credentials",
      "rate_limited",
      "bad_credentials",
    ]);
    house.time.ahead = 0;
    expect((await guess("bolat", bolat.password, "127.0.0.34")).statusCode).toBe(200);
  });
});

describe("the second factor", () => {
  test("is asked for after the right password, takes each code once, and a recovery code when the telephone is gone", async () => {
    const { aigul } = house.company.employees;
    const browser = await house.login(aigul);
    const wrong = await browser.call("POST", "/me/second-factor", { password: "not it" });
    expect(wrong.json()).toMatchObject({ code: "validation", details: { fields: { password: "wrong" } } });
    const offer = (await browser.call("POST", "/me/second-factor", { password: aigul.password })).json() as { secret: string; uri: string; picture: string };
    expect(offer.uri).toContain(`secret=${offer.secret}`);
    expect(offer.picture).toMatch(/^<svg/);
    const [stored] = await house.sql<{ secret: string }[]>`SELECT totp_secret AS secret FROM employee WHERE login = 'aigul'`;
    expect(stored?.secret).not.toContain(offer.secret);
    // Only offered: nothing is asked for yet.
    expect((await guess("aigul", aigul.password, "127.0.0.40")).statusCode).toBe(200);
    const totp = new TOTP({ secret: Secret.fromBase32(offer.secret) });
    const code = (ahead = 0) => totp.generate({ timestamp: Date.now() + ahead });
    expect((await browser.call("POST", "/me/second-factor/confirm", { code: code(3_600_000) })).json().code).toBe("validation");
    const { codes } = (await browser.call("POST", "/me/second-factor/confirm", { code: code() })).json() as { codes: string[] };
    expect(new Set(codes).size).toBe(10);

    const signIn = (typed?: string) => guess("aigul", aigul.password, "127.0.0.41", typed).then((a) => (a.statusCode === 200 ? "in" : a.json().code));
    expect(await signIn()).toBe("second_factor_required");
    expect(await guess("aigul", "wrong", "127.0.0.42").then((a) => a.json().code)).toBe("bad_credentials");
    house.time.ahead = 60_000;
    expect([await signIn(code(60_000)), await signIn(code(60_000)), await signIn("000000")]).toEqual(["in", "bad_credentials", "bad_credentials"]);
    expect([await signIn(codes[0]?.toUpperCase()), await signIn(codes[0])]).toEqual(["in", "bad_credentials"]);
    house.time.ahead = 0;
    expect((await browser.call("GET", "/me/security")).json()).toMatchObject({ secondFactorSince: expect.any(String), recoveryCodesLeft: 9 });
    const admin = await house.login(house.company.employees.admin);
    const actions = (await admin.call("GET", `/audit?objectKind=employee&objectId=${aigul.id}`)).json().items.map((a: { action: string }) => a.action);
    expect(actions).toEqual(expect.arrayContaining(["second_factor", "recovery_code"]));

    // The telephone is lost and so are the codes: the administrator takes it away, a colleague may not.
    const colleague = await house.login(house.company.employees.bolat);
    expect((await colleague.call("DELETE", `/employees/${aigul.id}/second-factor`)).statusCode).toBe(403);
    expect((await admin.call("DELETE", `/employees/${aigul.id}/second-factor`)).statusCode).toBe(204);
    await house.sql`UPDATE employee SET failed_logins = 0, locked_until = NULL WHERE login = 'aigul'`;
    await house.sql`DELETE FROM login_address`;
    expect(await signIn()).toBe("in");
  });

  test("codes are guessed no oftener than passwords", async () => {
    const { dana } = house.company.employees;
    const browser = await house.login(dana);
    const { secret } = (await browser.call("POST", "/me/second-factor", { password: dana.password })).json() as { secret: string };
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    await browser.call("POST", "/me/second-factor/confirm", { code: totp.generate() });
    const answers = [];
    for (let i = 0; i < 6; i++) {
      await guess("dana", dana.password, "127.0.0.45");
      answers.push((await guess("dana", dana.password, "127.0.0.45", "123456")).json().code);
    }
    expect(answers.slice(0, 4)).toEqual(Array(4).fill("bad_credentials"));
    expect(answers.at(-1)).toBe("locked_out");
    expect((await browser.call("POST", "/me/second-factor/off", { password: dana.password })).statusCode).toBe(204);
    await house.sql`UPDATE employee SET failed_logins = 0, locked_until = NULL WHERE login = 'dana'`;
  });
});

describe("sessions", () => {
  test("are listed with where they come from; one's own end one by one or all others at once, nobody else's", async () => {
    const { head, dana } = house.company.employees;
    const [here, there] = [await house.login(head), await house.login(head)];
    const foreign = await house.login(dana);
    const list = async (browser: typeof here) =>
      (await browser.call("GET", "/me/security")).json().sessions as { id: string; current: boolean; address: string; userAgent: string }[];
    const mine = await list(here);
    expect(mine.filter((s) => s.current)).toHaveLength(1);
    expect(mine[0]).toMatchObject({ address: expect.stringMatching(/^127\./), userAgent: expect.any(String) });
    const other = (await list(there)).find((s) => s.current)?.id;
    expect((await foreign.call("DELETE", `/me/sessions/${other}`)).json().code).toBe("not_found");
    expect((await here.call("DELETE", `/me/sessions/${other}`)).statusCode).toBe(204);
    expect((await there.call("GET", "/me")).statusCode).toBe(401);
    const third = await house.login(head);
    expect((await here.call("POST", "/me/sessions/end-others")).statusCode).toBe(204);
    expect([(await third.call("GET", "/me")).statusCode, (await here.call("GET", "/me")).statusCode]).toEqual([401, 200]);
    expect(await list(here)).toHaveLength(1);

    const admin = await house.login(house.company.employees.admin);
    expect((await here.call("GET", `/employees/${dana.id}/sessions`)).statusCode).toBe(403);
    expect((await admin.call("GET", `/employees/${dana.id}/sessions`)).json().length).toBeGreaterThan(0);
    expect((await admin.call("DELETE", `/employees/${dana.id}/sessions`)).statusCode).toBe(204);
    expect((await foreign.call("GET", "/me")).statusCode).toBe(401);
  });

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
