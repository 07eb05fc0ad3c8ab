/** Waiting for what others wrote: whatever they throw is a rejection, and they are waited for no longer than was said. */

/** A call whose error is always a rejection, however it comes. */
export async function call<T>(work: () => T | PromiseLike<T>): Promise<T> {
  return await work();
}

/** What a promise is fulfilled with, or nothing after so many milliseconds. */
export function within<T>(patience: number, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), patience);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
