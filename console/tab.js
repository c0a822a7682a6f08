/** Small things that this tab keeps over a reload; another tab has its own. */
export const tab = {
  get: (key) => JSON.parse(sessionStorage.getItem(`byssus.${key}`)),
  set: (key, value) => sessionStorage.setItem(`byssus.${key}`, JSON.stringify(value)),
};
