import { encode } from "uqr";

/** A QR code as one SVG path in a square of `size` units, quiet zone included. */
export function qrCode(text: string): { readonly path: string; readonly size: number } {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  return { path: data.map(rowPath).join(""), size };
}

/** The dark modules of a row, neighbours in one stroke. */
function rowPath(row: readonly boolean[], y: number): string {
  const runs = row
    .map((dark) => (dark ? "#" : "."))
    .join("")
    .matchAll(/#+/g);
  return [...runs].map(({ 0: { length }, index }) => `M${index} ${y}h${length}v1h-${length}z`).join("");
}
