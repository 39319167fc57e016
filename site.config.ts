import type { ItemConfig } from "@/lib/money/catalogue";
import type { Currency } from "@/lib/money/currency";

/** Each accent is a pair of colors, for light and for dark, that keeps text readable (WCAG AA). See app/globals.css. */
export const ACCENTS = ["forest", "ocean", "plum", "clay", "ink"] as const;
export type Accent = (typeof ACCENTS)[number];

export type SiteConfig = {
  /** Who is paid. The heading of the page, and the name on every receipt. */
  readonly name: string;
  /** One or two sentences under the name. */
  readonly bio: string;
  /** A square picture in `public/`, such as "/avatar.png"; null shows the first letter of the name. */
  readonly avatar: string | null;
  /** The language that you write in, and that payers read whose own is not in `messages/`. */
  readonly locale: string;
  /** Amounts to choose from, by currency, as people write them. A currency that is not named gets sensible ones. */
  readonly presets: Partial<Record<Currency, readonly string[]>>;
  /** What is for sale, each at its price in the currency of the shop; payers choose one. Empty lets them choose an amount. */
  readonly items: readonly ItemConfig[];
  readonly links: readonly { readonly label: string; readonly href: string }[];
  /** Where a payer turns when something went wrong, such as "mailto:you@example.com"; null shows no contact. */
  readonly contact: { readonly label: string; readonly href: string } | null;
  readonly theme: { readonly accent: Accent; readonly scheme: "auto" | "light" | "dark" };
  /** True opens the checkout in the same tab instead of a new one. */
  readonly sameTab: boolean;
  /** Said to payers once their payment has arrived, in your language; null says nothing more than that. */
  readonly thanks: string | null;
  /**
   * A sum to reach, in the currency of the shop, with its progress on the page, the badge and the picture for links; null
   * shows none. Every paid tip counts, those of a test store only until the shop is live; with a `reset`, those since the month or year began (UTC).
   */
  readonly goal: { readonly label: string; readonly amount: string; readonly reset: "none" | "month" | "year" } | null;
  /** The newest payers who asked to be named, with what they gave or without; null shows none, and the form does not ask. */
  readonly supporters: { readonly shown: number; readonly amounts: boolean } | null;
};

/** What a merchant edits, besides the picture for links, `public/share.png`. Everything else about the deployment comes from the environment (`.env.example`). */
export const siteConfig: SiteConfig = {
  name: "Ada Lindqvist",
  bio: "I write small open-source tools. If one of them saved you an afternoon, you can buy me a coffee.",
  avatar: null,
  locale: "en",
  presets: {},
  items: [],
  links: [{ label: "Website", href: "https://example.com" }],
  contact: { label: "ada@example.com", href: "mailto:ada@example.com" },
  theme: { accent: "forest", scheme: "auto" },
  sameTab: false,
  thanks: "Thank you! You keep these tools free for everyone.",
  goal: { label: "Open-source days this month", amount: "600", reset: "month" },
  supporters: { shown: 8, amounts: true },
};
