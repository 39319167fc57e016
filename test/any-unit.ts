import fc from "fast-check";

/** Of texts with any code units, lone surrogates too. The library's `binary` has none, and takes seconds to set up. */
export const ANY_UNIT = fc.nat(0xffff).map((code) => String.fromCharCode(code));
