import { EMBED_STYLE } from "../../embed-style";
import { publicAnswer } from "../../public-answer";

export function GET() {
  return publicAnswer(EMBED_STYLE, { type: "text/css; charset=utf-8", seconds: 300 });
}
