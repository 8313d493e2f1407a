/** Keeps the reader's place: at the end it follows, elsewhere what is read stays where it is. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import type { Message } from "../api/types";

const NEAR_END_PX = 80;

export function useScroll(messages: readonly Message[], draftCount: number, myId: string) {
  const box = useRef<HTMLDivElement>(null);
  const inside = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const shown = useRef({ firstId: "", lastId: "", height: 0, drafts: 0 });
  const [hasUnseen, setUnseen] = useState(false);
  const toEnd = useCallback(() => {
    follows.current = true;
    setUnseen(false);
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, []);
  const toMessage = useCallback((messageId: string) => {
    const element = box.current;
    if (!element) return;
    element.querySelector(`[data-message-id="${messageId}"]`)?.scrollIntoView({ block: "center" });
    // Where all of it is in view nothing scrolls, so `onScroll` does not say so.
    follows.current = isNearEnd(element);
  }, []);
  const isAtEnd = useCallback(() => follows.current, []);
  const onScroll = useCallback(() => {
    const element = box.current;
    if (!element) return;
    follows.current = isNearEnd(element);
    shown.current.height = element.scrollHeight;
    if (follows.current) setUnseen(false);
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const before = shown.current;
    const last = messages.at(-1);
    const firstId = messages[0]?.id ?? "";
    const hasGrownBelow = last !== undefined && last.id !== before.lastId;
    if (draftCount > before.drafts) follows.current = true;
    if (follows.current) element.scrollTop = element.scrollHeight;
    else if (firstId !== before.firstId) element.scrollTop += element.scrollHeight - before.height;
    if (hasGrownBelow && !follows.current && before.lastId && last.userId !== myId) setUnseen(true);
    shown.current = { firstId, lastId: last?.id ?? "", height: element.scrollHeight, drafts: draftCount };
  }, [messages, draftCount, myId]);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (follows.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    if (inside.current) observer.observe(inside.current);
    return () => observer.disconnect();
  }, []);
  return { box, inside, onScroll, isAtEnd, hasUnseen, toEnd, toMessage };
}

const isNearEnd = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement) =>
  scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
