import { encode } from "uqr";

/** A QR code as one path, made on the server. `label` says what it leads to; the address itself stands nearby as a link. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={data.map(rowPath).join("")} />
    </svg>
  );
}

/** The dark modules of a row, neighbours in one stroke. */
function rowPath(row: readonly boolean[], y: number): string {
  const runs = row
    .map((dark) => (dark ? "#" : "."))
    .join("")
    .matchAll(/#+/g);
  return [...runs].map(({ 0: { length }, index }) => `M${index} ${y}h${length}v1h-${length}z`).join("");
}
