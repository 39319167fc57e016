import type { PaymentName } from "./order";
import { type DayChange, indexChange, type ListName, RANK_TIME_LENGTH } from "./order-index";
import { encodeEvent, encodeOrder, encodeText, type LeaseName, type OrderWrite, paymentKey } from "./order-store";

/**
 * The steps that have to be atomic. Each script checks everything before its first write, because Redis does not undo what
 * a failing script has done. `write` and `taker` name one call of ours: when its answer was lost and it is sent again, the
 * script recognises it and answers the same as before.
 */

/**
 * KEYS: order, events, due, days, payments..., lists... ARGV: id, expected version or "", version, doc, event or "", due at
 * or "", write, the write that made the expected version or "" where it is not known, the value of the lease to release,
 * whose key comes last, or ""; the number of payments, of lists to add to, of lists in all; a member for each list; fields
 * of days, each with what is added to it. The sums are checked first, because an overflow would stop the script in its
 * middle.
 */
export const WRITE_ORDER = `
local stored = redis.call('HMGET', KEYS[1], 'version', 'write')
if stored[2] == ARGV[7] then return 'written' end
if (stored[1] or '') ~= ARGV[2] or (ARGV[8] ~= '' and stored[2] ~= ARGV[8]) then return 'conflict' end
local lists = 4 + ARGV[10]
for i = 5, lists do
  local owner = redis.call('GET', KEYS[i])
  if owner and owner ~= ARGV[1] then return 'foreign' end
end
for i = 13 + ARGV[12], #ARGV, 2 do
  local sum = (redis.call('HGET', KEYS[4], ARGV[i]) or 0) + ARGV[i + 1]
  if sum > 9e18 then return 'too_large' end
end
for i = 13 + ARGV[12], #ARGV, 2 do redis.call('HINCRBY', KEYS[4], ARGV[i], ARGV[i + 1]) end
for i = 1, ARGV[12] do
  if i <= tonumber(ARGV[11]) then redis.call('ZADD', KEYS[lists + i], 0, ARGV[12 + i])
  else redis.call('ZREM', KEYS[lists + i], ARGV[12 + i]) end
end
if ARGV[5] ~= '' then redis.call('RPUSH', KEYS[2], ARGV[5]) end
if ARGV[6] == '' then redis.call('ZREM', KEYS[3], ARGV[1]) else redis.call('ZADD', KEYS[3], ARGV[6], ARGV[1]) end
for i = 5, lists do redis.call('SET', KEYS[i], ARGV[1]) end
redis.call('HSET', KEYS[1], 'version', ARGV[3], 'doc', ARGV[4], 'write', ARGV[7])
if ARGV[9] ~= '' then
  local held = redis.call('GET', KEYS[#KEYS])
  if held and string.sub(held, 37) == ARGV[9] then redis.call('DEL', KEYS[#KEYS]) end
end
return 'written'
`;

/** KEYS: payment. ARGV: what stands before the id in the key of an order. Answers the id, the document and its write. */
export const FIND_BY_PAYMENT = `
local id = redis.call('GET', KEYS[1])
if not id then return nil end
local stored = redis.call('HMGET', ARGV[1] .. id, 'doc', 'write')
return {id, stored[1], stored[2]}
`;

/** KEYS: list. ARGV: range, limit, what stands before the id in the key of an order. Answers members and documents in turn. */
export const SCAN = `
local found = {}
for _, member in ipairs(redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])) do
  local id = string.sub(string.match(member, '[^\\1]*$'), ${RANK_TIME_LENGTH + 1})
  found[#found + 1] = member
  found[#found + 1] = redis.call('HGET', ARGV[4] .. id, 'doc')
end
return found
`;

/**
 * KEYS: due. ARGV: command, range, limit, what stands before the id in the key of an order. Answers id, time, document and
 * write of each. What is no order must not hide the others: its document is empty.
 */
export const DUE = `
local found = {}
local due = redis.call(ARGV[1], KEYS[1], ARGV[2], ARGV[3], 'WITHSCORES', 'LIMIT', 0, ARGV[4])
for i = 1, #due, 2 do
  local stored = redis.pcall('HMGET', ARGV[5] .. due[i], 'doc', 'write')
  found[#found + 1] = {due[i], due[i + 1], stored.err and '' or stored[1], stored[2]}
end
return found
`;

type OrderKeys = ReturnType<typeof orderKeys>;

export function orderKeys(prefix: string) {
  return {
    order: (id: string) => `${prefix}order:${id}`,
    events: (id: string) => `${prefix}events:${id}`,
    payment: (payment: PaymentName) => `${prefix}payment:${paymentKey(payment)}`,
    lease: (name: string) => `${prefix}lease:${encodeText(name)}`,
    list: (name: ListName) => `${prefix}list:${name}`,
    due: `${prefix}due`,
    days: `${prefix}days`,
    check: `${prefix}check`,
  };
}

/** For `WRITE_ORDER`. `writeId` names this write and no other; the lease is released with it. */
export function writeOrderArguments(
  key: OrderKeys,
  write: OrderWrite & { readonly writeId: string; readonly base?: string; readonly lease?: LeaseName | undefined },
) {
  const { order, event, dueAt, previous, writeId, base = "", lease } = write;
  const { added, removed, days } = indexChange(previous, order);
  const entries = [...added, ...removed];
  const payments = order.payments.map(key.payment);
  const lists = entries.map(({ list }) => key.list(list));
  const leases = lease ? [key.lease(lease.key)] : [];
  const released = lease ? encodeText(lease.value) : "";
  const expected = previous === null ? "" : `${previous.version}`;
  const docs = [encodeOrder(order), encodeEvent(event)];
  const counts = [payments, added, entries].map(({ length }) => `${length}`);
  const members = entries.map(({ member }) => member);
  return {
    keys: [key.order(order.id), key.events(order.id), key.due, key.days, ...payments, ...lists, ...leases],
    values: [
      ...[order.id, expected, `${order.version}`, ...docs, `${dueAt ?? ""}`, writeId, base, released],
      ...[...counts, ...members, ...days.flatMap(dayFields)],
    ],
  };
}

function dayFields({ day, currency, coin, ...sums }: DayChange): string[] {
  return Object.entries(sums).flatMap(([name, value]) => [`${name} ${day} ${currency} ${coin}`, `${value}`]);
}

/** KEYS: due. ARGV: id, due at as it was read, new time or "". Done twice, the second time finds another time and does nothing. */
export const POSTPONE = `
local due = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not due or tonumber(due) ~= tonumber(ARGV[2]) then return 0 end
if ARGV[3] == '' then redis.call('ZREM', KEYS[1], ARGV[1]) else redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1]) end
return 1
`;

/** KEYS: leases. ARGV: taker (36 characters), then value and time in ms of each. Answers 1, or the value that a holder left. */
export const ACQUIRE = `
for _, key in ipairs(KEYS) do
  local held = redis.call('GET', key)
  if held and string.sub(held, 1, 36) ~= ARGV[1] then return string.sub(held, 37) end
end
for i, key in ipairs(KEYS) do redis.call('SET', key, ARGV[1] .. ARGV[2 * i], 'PX', ARGV[2 * i + 1]) end
return 1
`;

/** KEYS: lease. ARGV: taker, value, time in ms. The longer of the old time and the new one counts, so doing it twice is doing it once. */
export const OVERWRITE = `
local time = math.max(redis.call('PTTL', KEYS[1]), tonumber(ARGV[3]))
redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', time)
return 1
`;

/** KEYS: lease. ARGV: value, time in ms. */
export const EXTEND = `
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 37) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
`;

/** KEYS: lease. ARGV: value. */
export const RELEASE = `
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 37) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`;
