import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { requestWords } from "@/messages/request-words";
import { ACCENTS, siteConfig } from "@/site.config";
import "./globals.css";

export const metadata: Metadata = {
  description: siteConfig.bio,
};

const { scheme } = siteConfig.theme;
export const viewport: Viewport = { colorScheme: scheme === "auto" ? "light dark" : scheme };

/** The theme is two attributes that globals.css knows, because a strict CSP allows no style in the markup. Its defaults need none. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  // This reads the request, so no page is rendered at build time: it could not carry the nonce that its scripts need.
  const { language } = await requestWords();
  const { theme } = siteConfig;
  return (
    <html lang={language} data-accent={unless(ACCENTS[0], theme.accent)} data-scheme={unless("auto", theme.scheme)}>
      <body>{children}</body>
    </html>
  );
}

function unless(usual: string, chosen: string): string | undefined {
  return chosen === usual ? undefined : chosen;
}
