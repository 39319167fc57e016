import { decodeJwt, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { hasCsrfToken, newSession, readSession, SESSION_SECONDS } from "./session";

const SECRET = "a-secret-of-the-merchant";
const NOW = 1_800_000_000_000;

describe("a session", () => {
  it("is read until it is over, and has a token of its own for its forms", async () => {
    const cookie = await newSession(SECRET, NOW);
    const session = await readSession(SECRET, { cookie, now: NOW + (SESSION_SECONDS - 1) * 1_000 });
    if (session === null) throw new Error("It was not read.");
    expect(hasCsrfToken(session, session.csrfToken)).toBe(true);
    const other = await readSession(SECRET, { cookie: await newSession(SECRET, NOW), now: NOW });
    for (const sent of [null, "", session.id, cookie, other?.csrfToken ?? ""]) {
      expect(hasCsrfToken(session, sent)).toBe(false);
    }
    expect(await readSession(SECRET, { cookie, now: NOW + (SESSION_SECONDS + 1) * 1_000 })).toBeNull();
  });

  it("ends when the secret is changed", async () => {
    const cookie = await newSession(SECRET, NOW);
    expect(await readSession(`${SECRET}2`, { cookie, now: NOW })).toBeNull();
  });

  it("is none with a changed, foreign or unsigned cookie", async () => {
    const cookie = await newSession(SECRET, NOW);
    const [header = "", payload = "", signature = ""] = cookie.split(".");
    const claims = decodeJwt(cookie);
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const bySecretItself = new SignJWT(claims).setProtectedHeader({ alg: "HS256" });
    const cookies = [
      undefined,
      "",
      "a.b.c",
      `${header}.${encode({ ...claims, exp: 9_999_999_999 })}.${signature}`,
      `${encode({ alg: "none" })}.${payload}.`,
      await bySecretItself.sign(new TextEncoder().encode(SECRET)),
    ];
    for (const each of cookies) expect(await readSession(SECRET, { cookie: each, now: NOW })).toBeNull();
  });

  it("holds nothing but an id and its end", async () => {
    const claims = decodeJwt(await newSession(SECRET, NOW));
    expect(Object.keys(claims).sort()).toEqual(["exp", "jti", "sub"]);
  });
});
