import { PAGE_STYLE } from "../page-style";
import { publicAnswer } from "../public-answer";

export function GET() {
  return publicAnswer(PAGE_STYLE, { type: "text/css; charset=utf-8", seconds: 300 });
}
