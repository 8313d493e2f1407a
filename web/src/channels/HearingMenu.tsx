/** Of what in a channel one wants to hear. */
import { DropdownMenu } from "radix-ui";

import type { Level } from "../api/reading";
import type { ListedChannel } from "../api/types";
import { inMinutes, morning } from "../kept/times";
import { isMutedNow } from "../reading/badges";
import { choose, useReading } from "../reading/unread";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { Menu } from "../ui/Menu";
import { MenuEntry } from "../ui/MenuEntry";
import { complain } from "../ui/notices";

const LEVELS: readonly Level[] = ["all", "mentions", "nothing"];

export function HearingMenu({ channel }: { channel: ListedChannel }) {
  const hearing = useReading((state) => state.hearing[channel.id]);
  const level = hearing?.level ?? "all";
  const isMuted = isMutedNow(hearing);
  const words = text.hearing;
  const set = (wanted: Level, until: Date | null = null) => void choose(channel.id, wanted, until).catch(complain);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className="icon-button"
        aria-label={isMuted ? words.titleMuted : words.title}
        title={isMuted ? words.titleMuted : words.title}
      >
        <Icon name={isMuted ? "bellOff" : "bell"} />
      </DropdownMenu.Trigger>
      <Menu align="end">
        <DropdownMenu.RadioGroup value={level} aria-label={words.title}>
          {LEVELS.map((each) => (
            <DropdownMenu.RadioItem key={each} className="menu-item" value={each} onSelect={() => set(each)}>
              {words.levels[each]}
              <DropdownMenu.ItemIndicator className="menu-check">
                <Icon name="check" size={16} />
              </DropdownMenu.ItemIndicator>
            </DropdownMenu.RadioItem>
          ))}
        </DropdownMenu.RadioGroup>
        <DropdownMenu.Separator className="menu-line" />
        {isMuted && level !== "nothing" ? (
          <MenuEntry icon="bell" label={words.unmute} onSelect={() => set(level)} />
        ) : (
          <>
            <MenuEntry icon="bellOff" label={words.hour} onSelect={() => set(level, inMinutes(new Date(), 60))} />
            <MenuEntry icon="bellOff" label={words.tomorrow} onSelect={() => set(level, morning(new Date(), 1))} />
          </>
        )}
      </Menu>
    </DropdownMenu.Root>
  );
}
