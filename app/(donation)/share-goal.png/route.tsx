import { publicAnswer } from "../public-answer";
import { CARD_SIZE, isDrawable, ShareCard } from "../share-card";
import { currentSupport } from "../support";

/** Drawing takes a good part of a second, so that a picture is kept for as long as it says the same. */
let drawn: { readonly of: string; readonly png: ArrayBuffer } | null = null;

export async function GET() {
  const { progress } = await currentSupport();
  if (progress === null || !isDrawable(progress)) {
    return new Response(null, { status: 307, headers: { Location: "/share.png", "Cache-Control": "no-store" } });
  }
  // Loaded as it is: bundled, it would add 450 bytes of code for asynchronous modules to every page.
  const { ImageResponse }: typeof import("next/og") = await import(/* turbopackIgnore: true */ "next/og.js");
  const of = JSON.stringify(progress);
  const png =
    drawn?.of === of ? drawn.png : await new ImageResponse(<ShareCard progress={progress} />, CARD_SIZE).arrayBuffer();
  drawn = { of, png };
  return publicAnswer(png, { type: "image/png", seconds: 300 });
}
