/** The samples of providers/, which the build inlines: texts by provider and file name. */
declare module "hookseal:samples" {
  export const SAMPLES: Record<string, Record<string, string>>;
}
