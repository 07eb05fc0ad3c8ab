// The README of the published package. npm and crates.io resolve relative links only if the repository is known.

/**
 * Replaces relative links: by absolute ones if there is a repository, and otherwise by their text. Links within the page
 * stay.
 * @param {string} text
 * @param {string | undefined} repository the address of its page, without a slash at the end
 */
export function publishedReadme(text, repository) {
  return text.replace(/\[([^\]]+)\]\((?!https?:|#)([^)]+)\)/g, (_, label, path) =>
    repository === undefined ? label : `[${label}](${repository}/blob/HEAD/${path})`,
  );
}
