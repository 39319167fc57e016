import { expect, it } from "vitest";
import { escapeText } from "./markup";

it("text is inert between tags and in quotes, and XML can hold it", () => {
  const hostile = `<script>alert(1)</script>"'&]]>\u0000\ud800\u202e`;
  expect(escapeText(hostile)).toBe("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;]]&gt;\u202e");
});
