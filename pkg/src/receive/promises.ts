/** Calling code of users: their errors become rejections, and waiting for them has a timeout. */

/** Calls a function. An error that it throws becomes a rejection as well. */
export async function call<T>(work: () => T | PromiseLike<T>): Promise<T> {
  return await work();
}

/** The value of a promise, or undefined after the timeout. */
export function withTimeout<T>(timeoutMs: number, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), timeoutMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
