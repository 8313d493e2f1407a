/** Begins a conversation with one person or a few. */
import { useState } from "react";

import { openDirect } from "../api/routes";
import type { Workspace } from "../api/types";
import { text } from "../text";
import { Form } from "../ui/Form";
import { Modal } from "../ui/Modal";
import { useMembers, useMyId } from "../workspaces/people";
import { goToChannel, listOwn } from "./CreateChannelDialog";
import { PeoplePicker } from "./PeoplePicker";

const GROUP_LIMIT = 8;

interface Props {
  workspace: Workspace;
  isOpen: boolean;
  onClose: () => void;
}

export function DirectDialog(props: Props) {
  return (
    <Modal title={text.direct.title} description={text.direct.hint} isOpen={props.isOpen} onClose={props.onClose}>
      <DirectForm {...props} />
    </Modal>
  );
}

function DirectForm({ workspace, onClose }: Props) {
  const [chosen, setChosen] = useState<string[]>([]);
  const myId = useMyId();
  const others = useMembers(workspace.id).filter((member) => member.userId !== myId);
  async function submit() {
    const channel = await openDirect(workspace.id, chosen);
    listOwn(channel);
    return channel;
  }
  return (
    <Form
      submit={submit}
      onDone={(channel) => (goToChannel(channel), onClose())}
      action={text.direct.start}
      isReady={chosen.length > 0}
    >
      <PeoplePicker people={others} chosen={chosen} limit={GROUP_LIMIT} none={text.direct.alone} onChange={setChosen} />
    </Form>
  );
}
