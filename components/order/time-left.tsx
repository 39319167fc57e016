"use client";

import { useEffect, useState } from "react";

/** Counts down on a clock that cannot be set, from what the server says is left. */
export function TimeLeft({ leftMs }: { leftMs: number }) {
  const [shownMs, setShownMs] = useState(leftMs);
  useEffect(() => {
    const endsAt = performance.now() + leftMs;
    const timer = setInterval(() => setShownMs(endsAt - performance.now()), 1_000);
    return () => clearInterval(timer);
  }, [leftMs]);
  const seconds = Math.max(0, shownMs / 1_000);
  const parts = [seconds / 3_600, (seconds / 60) % 60, seconds % 60];
  return <span role="timer">{parts.map((part) => String(Math.floor(part)).padStart(2, "0")).join(":")}</span>;
}
