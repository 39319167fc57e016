import type { Metadata, Viewport } from "next";
import { connection } from "next/server";
import type { ReactNode } from "react";
import { siteConfig } from "@/site.config";
import "./globals.css";

export const metadata: Metadata = {
  applicationName: siteConfig.name,
  description: siteConfig.bio,
  formatDetection: { telephone: false, address: false, email: false },
};

const { scheme } = siteConfig.theme;
export const viewport: Viewport = { colorScheme: scheme === "auto" ? "light dark" : scheme };

/** The theme is two attributes that globals.css knows, because a strict CSP allows no style in the markup. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  // A page that was rendered at build time could not carry the nonce of its request, and its scripts would not run.
  await connection();
  const { locale, theme } = siteConfig;
  return (
    <html lang={locale} data-accent={theme.accent} data-scheme={theme.scheme}>
      <body>{children}</body>
    </html>
  );
}
