import { StoreUnavailableError } from "./order-store";

/**
 * The one way in which a store says that it cannot serve. Engines put statements, arguments, paths and URLs into their
 * messages, so the original error is left behind: only its kind, a code such as `SQLITE_FULL` or `timeout`, goes out.
 */
export function storeUnavailable(kind: string): StoreUnavailableError {
  return new StoreUnavailableError(`The order store is unavailable (${kind})`, { cause: new Error(kind) });
}

export function idTaken(): Error {
  return new Error("An order with this id exists already.");
}

/** A payment that counts for two orders would pay one and be missed by the other. */
export function foreignPayment(): Error {
  return new Error("A payment of this order belongs to another order.");
}
