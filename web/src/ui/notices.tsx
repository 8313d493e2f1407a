/** Short messages in the corner that go away by themselves. */
import { Toast } from "radix-ui";
import { create } from "zustand";

import { explain } from "../api/problem";
import { text } from "../text";
import { Icon } from "./icons";

interface Notice {
  id: number;
  words: string;
  isProblem: boolean;
}

const LIMIT = 4;

const useNotices = create<{ notices: readonly Notice[] }>(() => ({ notices: [] }));

let count = 0;

export function notify(words: string, isProblem = false): void {
  const notice = { id: ++count, words, isProblem };
  useNotices.setState((state) => ({ notices: [...state.notices, notice].slice(-LIMIT) }));
}

export const complain = (error: unknown) => notify(explain(error), true);

export function Notices() {
  const notices = useNotices((state) => state.notices);
  const drop = (id: number) =>
    useNotices.setState((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) }));
  return (
    <Toast.Provider duration={5_000}>
      {notices.map((notice) => (
        <Toast.Root
          key={notice.id}
          className="notice"
          data-problem={notice.isProblem || undefined}
          onOpenChange={(open) => !open && drop(notice.id)}
        >
          <Toast.Description className="notice-words">{notice.words}</Toast.Description>
          <Toast.Close className="icon-button" aria-label={text.close}>
            <Icon name="close" size={14} />
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className="notices" />
    </Toast.Provider>
  );
}
