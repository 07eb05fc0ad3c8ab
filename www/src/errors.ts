/** Text of a thrown value for the page. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
