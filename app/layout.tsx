import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { siteConfig } from "@/site.config";
import "./globals.css";

export const metadata: Metadata = {
  applicationName: siteConfig.name,
  description: siteConfig.bio,
  formatDetection: { telephone: false, address: false, email: false },
};

export const viewport: Viewport = { colorScheme: "light dark" };

/** The theme is two attributes that globals.css knows, because a strict CSP allows no style in the markup. */
export default function RootLayout({ children }: { children: ReactNode }) {
  const { locale, theme } = siteConfig;
  return (
    <html lang={locale} data-accent={theme.accent} data-scheme={theme.scheme}>
      <body>{children}</body>
    </html>
  );
}
