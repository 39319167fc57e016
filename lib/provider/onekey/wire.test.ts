import { expect, it } from "vitest";
import { statusOf, statusSchema } from "./wire";

it("a completed deposit is paid only where nothing says that it was refunded", () => {
  const answer = { deposit_id: "1", invoice_id: "2", status: "COMPLETED", local_amount: "5.00", currency: "EUR" };
  const read = (refunded: unknown) => statusOf("COMPLETED", statusSchema.parse({ ...answer, refunded }).refunded);
  for (const no of [undefined, null, false, "false"]) expect(read(no)).toBe("paid");
  for (const yes of [true, "true", "TRUE", "yes", "1", { at: "2026-11-28" }]) expect(read(yes)).toBe("refunding");
});
