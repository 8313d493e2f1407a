/** Whether one thing at a time fits into the window, as in style/narrow.css. */
export const isNarrow = () => window.matchMedia("(max-width: 720px)").matches;
