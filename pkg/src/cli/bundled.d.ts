/** Made by the build of providers/: file names and texts, by provider. */
declare module "hookseal:samples" {
  export const SAMPLES: Record<string, Record<string, string>>;
}
