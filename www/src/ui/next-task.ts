/** Lets the browser paint, and handle what a person does, before the rest of a long work. */
export const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
