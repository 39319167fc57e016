/** The twelve statuses of §6, in the order a payment meets them, ends last. 3 means a wallet, not money. */
export const statuses = [
  { value: 1, name: "CREATED", label: "Created", terminal: false },
  { value: 2, name: "PAYING", label: "Paying", terminal: false },
  { value: 3, name: "TEMP_WALLET_RECEIVED", label: "Wallet assigned", terminal: false },
  { value: 4, name: "PENDING_MANUAL_OPERATION", label: "Held for manual review", terminal: false },
  { value: 5, name: "SEND_BACK", label: "Being sent back", terminal: false },
  { value: 10, name: "ON_CHAIN", label: "On chain", terminal: false },
  { value: 20, name: "CONFIRMED", label: "Confirmed", terminal: true },
  { value: -1, name: "FAILED", label: "Failed", terminal: true },
  { value: -2, name: "REJECTED", label: "Rejected", terminal: true },
  { value: -3, name: "UNDERPAID", label: "Underpaid", terminal: true },
  { value: -4, name: "CANCELED", label: "Canceled", terminal: true },
  { value: -5, name: "TIMEOUT", label: "Timed out", terminal: true },
] as const;

export type Status = (typeof statuses)[number];
export type StatusValue = Status["value"];

export const CREATED = 1;
export const PAYING = 2;
export const WALLET_ASSIGNED = 3;
export const CONFIRMED = 20;
export const UNDERPAID = -3;
export const TIMEOUT = -5;

export function findStatus(value: unknown): Status | undefined {
  return statuses.find((status) => status.value === value);
}

export function statusOf(value: StatusValue): Status {
  const status = findStatus(value);
  if (status === undefined) throw new Error(`${value} is not a status.`);
  return status;
}
