import { expect, it } from "vitest";
import { isSameSecret } from "./same-secret";

it("a secret is compared whole, whatever its length", () => {
  const secret = "a-secret-of-the-merchant";
  expect(isSameSecret(secret, secret)).toBe(true);
  for (const sent of ["", secret.slice(1), `${secret} `, secret.toUpperCase()])
    expect(isSameSecret(sent, secret)).toBe(false);
});
