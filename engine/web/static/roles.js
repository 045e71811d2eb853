// Who looks at this page, and what the show lets it do. The show checks that itself: this only hides.

let rights = null;

/** Take what the show says: an owner, or a guest. */
export function lay(news) {
  rights = new Set(news.may);
  document.body.dataset.role = news.role;
}

/** Whether the show would do what this page requests. */
export const may = (what) => rights !== null && rights.has(what);
