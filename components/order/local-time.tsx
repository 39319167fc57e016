"use client";

import { useSyncExternalStore } from "react";

const never = () => () => {};

/**
 * A moment on the payer's own clock, and in UTC for the record. The server does not know the payer's zone: it renders UTC in
 * the first line and keeps the room for the second. With UTC as the longer of the two, nothing moves when they change places.
 */
export function LocalTime({ iso, language }: { iso: string; language: string }) {
  const inBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const utc = `${timeText(iso, language, "UTC")} UTC`;
  return (
    <>
      {/* Server and browser may know different editions of a language's date format. */}
      <time dateTime={iso} suppressHydrationWarning>
        {inBrowser ? timeText(iso, language) : utc}
      </time>
      <span className="utc">{inBrowser && utc}</span>
    </>
  );
}

function timeText(iso: string, language: string, timeZone?: string): string {
  const format = { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23", timeZone } as const;
  return new Intl.DateTimeFormat(language, format).format(new Date(iso));
}
