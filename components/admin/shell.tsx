import type { ReactNode } from "react";

export type ShellProps = {
  /** The page that is shown, among those of the navigation. */
  readonly current: "payments" | "totals" | "setup";
  readonly siteName: string;
  /** Null where no one had to sign in: in development. */
  readonly csrfToken: string | null;
  readonly children: ReactNode;
};

const PAGES = [
  ["payments", "/admin", "Payments"],
  ["totals", "/admin/totals", "Totals"],
  ["setup", "/setup", "Setup"],
] as const;

/** The frame of the merchant's pages. */
export function AdminShell({ current, siteName, csrfToken, children }: ShellProps) {
  return (
    <div className="admin">
      <header>
        <strong>{siteName}</strong>
        <nav aria-label="Pages">
          {PAGES.map(([name, href, label]) => (
            <a key={name} href={href} aria-current={name === current ? "page" : undefined}>
              {label}
            </a>
          ))}
        </nav>
        {csrfToken !== null && <ActionForm action="/admin/sign-out" csrfToken={csrfToken} label="Sign out" quiet />}
      </header>
      <main>{children}</main>
    </div>
  );
}

type ActionFormProps = {
  readonly action: string;
  readonly csrfToken: string;
  readonly label: string;
  /** For what is done rarely: less visible than the button of the page's purpose. */
  readonly quiet?: boolean;
  readonly children?: ReactNode;
};

/** A form that does something. Without its token it is refused. */
export function ActionForm({ action, csrfToken, label, quiet = false, children }: ActionFormProps) {
  return (
    <form method="post" action={action}>
      <input type="hidden" name="csrf" value={csrfToken} />
      {children}
      <button type="submit" className={quiet ? "quiet" : undefined}>
        {label}
      </button>
    </form>
  );
}
