import type { Metadata } from "next";
import { Fragment, type ReactNode } from "react";
import { ActionForm, AdminShell } from "@/components/admin/shell";
import { CopyField } from "@/components/copy-field";
import { isDevelopment } from "@/lib/env";
import { requireSession } from "@/lib/merchant/require-session";
import { CHECKS, type CheckId, type SetupReport } from "@/lib/merchant/setup/check";
import { reportOfApp } from "@/lib/merchant/setup/report-of-app";
import { siteConfig } from "@/site.config";
import { CheckRow } from "./check-row";
import "../admin/admin.css";
import "./setup.css";

export const metadata: Metadata = {
  title: `Setup · ${siteConfig.name}`,
  robots: { index: false, follow: false },
  referrer: "same-origin",
};

const GROUPS: readonly (readonly [title: string, ids: readonly CheckId[]])[] = [
  ["Payment provider", ["provider_address", "provider_access", "provider_clock", "provider_calls"]],
  ["Prices", ["currency", "amounts", "fee"]],
  ["Orders", ["store", "eviction"]],
  ["Addresses", ["public_url", "public_health", "webhook_url"]],
  ["Try it out", ["webhook_test", "webhook_seen", "test_payment"]],
  ["You", ["admin", "cron", "notifications"]],
  ["This app", ["other_settings", "version"]],
];

export default async function Page() {
  const csrfToken = isDevelopment() ? null : (await requireSession("setup")).csrfToken;
  const { report, webhookUrl, trials } = await reportOfApp();
  const form = (trial: string, label: string) => (
    <ActionForm action={`/setup/${trial}`} csrfToken={csrfToken ?? ""} label={label} />
  );
  const controls: Partial<Record<CheckId, ReactNode>> = {
    webhook_url: webhookUrl && (
      <div className="copy">
        <label htmlFor="webhook-address">Webhook address</label>
        <CopyField id="webhook-address" text={webhookUrl} copy="Copy" copied="Copied" />
      </div>
    ),
    webhook_test: trials.webhook && form("test-webhook", "Send a test webhook"),
    test_payment: trials.payment && form("test-payment", "Make a test payment"),
    notifications: trials.notifications && form("test-notifications", "Send a test"),
  };
  return (
    <AdminShell current="setup" siteName={siteConfig.name} csrfToken={csrfToken}>
      <div className="title">
        <h1>Setup</h1>
        <a href="/setup">Check again</a>
        <Summary {...report} />
      </div>
      {GROUPS.map(([title, ids]) => (
        <section key={title} className="panel" aria-labelledby={`group-${ids[0]}`}>
          <h2 id={`group-${ids[0]}`}>{title}</h2>
          <ul className="checks">
            {report.checks
              .filter(({ id }) => ids.includes(id))
              .map((check) => (
                <CheckRow key={check.id} check={check}>
                  {controls[check.id]}
                </CheckRow>
              ))}
          </ul>
        </section>
      ))}
    </AdminShell>
  );
}

const COUNTED = [
  ["failed", "Wrong"],
  ["warning", "To look at"],
  ["unknown", "Not known yet"],
] as const;

/** What is not right, the worst first, each with the way to its row. */
function Summary({ checks }: SetupReport) {
  if (checks.every(({ state }) => state === "ok")) return <p>Everything is right.</p>;
  return COUNTED.map(([state, label]) => {
    const found = checks.filter((check) => check.state === state);
    if (found.length === 0) return null;
    return (
      <p key={state}>
        {label}:{" "}
        {found.map(({ id }, index) => (
          <Fragment key={id}>
            {index > 0 && ", "}
            <a href={`#${id}`}>{CHECKS[id]}</a>
          </Fragment>
        ))}
      </p>
    );
  });
}
