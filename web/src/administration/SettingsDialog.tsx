/** All that can be decided about a workspace, in sections: each for those who may. */
import { Tabs } from "radix-ui";
import type { ComponentType } from "react";

import type { Workspace } from "../api/types";
import { BotSection } from "../programs/BotSection";
import { CommandSection } from "../programs/CommandSection";
import { text } from "../text";
import { Modal } from "../ui/Modal";
import { AuditSection } from "./AuditSection";
import { GeneralSection } from "./GeneralSection";
import { HoldSection } from "./HoldSection";
import { ModerationSection } from "./ModerationSection";
import { RetentionSection } from "./RetentionSection";
import { RightsSection } from "./RightsSection";

export interface SectionProps {
  workspace: Workspace;
  onLeave: () => void;
}

type Name = keyof typeof text.administration.sections;

const SECTIONS: Readonly<Record<Name, ComponentType<SectionProps>>> = {
  general: GeneralSection,
  rights: RightsSection,
  moderation: ModerationSection,
  retention: RetentionSection,
  holds: HoldSection,
  audit: AuditSection,
  bots: BotSection,
  commands: CommandSection,
};
const NAMES = Object.keys(SECTIONS) as Name[];

/** Of legal holds only owners are to know. */
export const sectionsFor = (role: Workspace["role"]) => NAMES.filter((name) => name !== "holds" || role === "owner");

interface Props {
  workspace: Workspace;
  isOpen: boolean;
  onClose: () => void;
}

export function SettingsDialog({ workspace, isOpen, onClose }: Props) {
  const words = text.administration;
  const names = sectionsFor(workspace.role);
  return (
    <Modal title={words.title} isOpen={isOpen} onClose={onClose} isWide>
      <Tabs.Root className="settings" defaultValue="general" orientation="vertical">
        <Tabs.List className="settings-list" aria-label={words.title}>
          {names.map((name) => (
            <Tabs.Trigger key={name} className="settings-tab" value={name}>
              {words.sections[name]}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {names.map((name) => {
          const Section = SECTIONS[name];
          return (
            <Tabs.Content key={name} className="settings-section" value={name} data-testid={`section-${name}`}>
              <Section workspace={workspace} onLeave={onClose} />
            </Tabs.Content>
          );
        })}
      </Tabs.Root>
    </Modal>
  );
}
