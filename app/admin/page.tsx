import { requireSession } from "@/lib/merchant/require-session";

export default async function Page() {
  const { csrfToken } = await requireSession();
  return (
    <main className="card">
      <h1>Your payments</h1>
      <form method="post" action="/admin/sign-out">
        <input type="hidden" name="csrf" value={csrfToken} />
        <button type="submit">Sign out</button>
      </form>
    </main>
  );
}
