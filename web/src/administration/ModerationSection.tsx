/** For moderators: what was reported, and who is silenced. */
import { Tabs } from "radix-ui";

import { text } from "../text";
import { ReportList } from "./ReportList";
import type { SectionProps } from "./SettingsDialog";
import { SilencedList } from "./SilencedList";

const STATES = ["open", "resolved"] as const;

export function ModerationSection({ workspace, onLeave }: SectionProps) {
  const words = text.administration.moderation;
  return (
    <>
      <h3>{words.reports}</h3>
      <Tabs.Root defaultValue="open">
        <Tabs.List className="tabs" aria-label={words.reports}>
          {STATES.map((state) => (
            <Tabs.Trigger key={state} className="tab" value={state}>
              {words[state]}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {STATES.map((state) => (
          <Tabs.Content key={state} value={state}>
            <ReportList workspace={workspace} state={state} onLeave={onLeave} />
          </Tabs.Content>
        ))}
      </Tabs.Root>
      <h3>{words.silenced}</h3>
      <SilencedList workspace={workspace} />
    </>
  );
}
