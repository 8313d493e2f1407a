/** The few line icons of the product; decorative, the control around them carries the name. */
const PATHS = {
  muted: "M4 10v4h4l5 4V6L8 10zM16 9.5l5 5M21 9.5l-5 5",
  plus: "M12 5v14M5 12h14",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700l-1.500 1.500M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700l1.500-1.500",
  boxes: "M12 3v10M8 9.500l4 4 4-4M4 14v6h16v-6",
  close: "M6 6l12 12M18 6L6 18",
  hash: "M5 9h15M4 15h15M10 4L8 20M16 4l-2 16",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z",
  send: "M4 12l16-8-6 16-3-6.5zM11 13.5L20 4",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5v.01M15 9.5v.01",
  pin: "M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v6",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  more: "M6 11.5a.5.5 0 1 0 0 1 .5.5 0 1 0 0-1zM12 11.5a.5.5 0 1 0 0 1 .5.5 0 1 0 0-1zM18 11.5a.5.5 0 1 0 0 1 .5.5 0 1 0 0-1z",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8v.01",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.5 3-6 6.5-6s6.5 2.5 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2 .8 3.5 2.8 3.5 5.5",
  chevron: "M6 9l6 6 6-6",
  down: "M12 5v14M6 13l6 6 6-6",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5",
  check: "M5 12.5l5 5L19 7",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  compose: "M20 12v8H4V4h8M10 14l1-4 8-8 3 3-8 8z",
  pause: "M8 5v14M16 5v14",
  resume: "M8 5l11 7-11 7z",
  retry: "M20 12a8 8 0 1 1-2.5-5.8M20 3v4h-4",
  bookmark: "M7 4h10v16l-5-4-5 4z",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4",
  bellOff: "M6 17V11a6 6 0 0 1 9-5.2M18 11v6M4 19h14M10 21h4M4 4l16 16",
  unread: "M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10z",
  later: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
  forward: "M14 5l6 6-6 6v-4c-5 0-8 1.5-10 5 .5-5.5 4-9 10-9z",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  clip: "M20 11l-8.500 8.500a5 5 0 0 1-7-7L13 4a3.300 3.300 0 0 1 4.700 4.700l-8.500 8.500a1.700 1.700 0 0 1-2.400-2.400L14 7.500",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  thread: "M4 5h16v11h-9l-4 4v-4H4zM8 9h8M8 12h5",
  flag: "M6 21V4h11l-2 4 2 4H6",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  eyeOff: "M4 4l16 16M9.5 6c6.5-1.5 12 6 12 6a17 17 0 0 1-3 3.6M6 8a17 17 0 0 0-3.500 4S6 18.500 12 18.500a9 9 0 0 0 3.500-.7",
  gif: "M3 6h18v12H3zM9.500 10.500c-2.500-1-4 .2-4 1.600s1.500 2.500 4 1.600v-1.500H8M12.500 10v4M15.500 14v-4H19M15.500 12H18",
  leave: "M14 4H5v16h9M10 12h11M17 8l4 4-4 4",
  invite: "M10 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.5 3-6 7-6 2 0 3.7.6 5 1.7M18 14v6M15 17h6",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
