/** Ends a switch over a union: a member that is added later is a type error here, and a bug if it ever runs. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
