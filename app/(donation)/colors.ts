import type { Accent } from "@/site.config";

/** The accents of `app/globals.css` in light, for pictures and pages that do not load it. A test compares them. White text on each is readable. */
export const ACCENT_COLORS: Readonly<Record<Accent, string>> = {
  forest: "#17634a",
  ocean: "#1a5a8e",
  plum: "#7a2f6d",
  clay: "#95411e",
  ink: "#2c3035",
};
