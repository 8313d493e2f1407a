/** Signing in and registering. */
import { useState } from "react";

import { login, register } from "../api/routes";
import { useInvitation } from "../location";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { keep } from "./session";

export function Entrance() {
  const invitation = useInvitation();
  const [isNew, setNew] = useState(invitation !== null);
  const words = text.entrance;
  return (
    <main className="stage">
      <section className="card entrance" aria-labelledby="entrance-title">
        <Mark />
        <h1 id="entrance-title">{isNew ? words.registerTitle : words.signInTitle}</h1>
        <p className="card-lead">{invitation ? words.invited : words.promise}</p>
        {isNew ? <RegisterForm invitation={invitation} /> : <SignInForm />}
        <p className="card-foot">
          {isNew ? words.haveAccount : words.newHere}{" "}
          <button type="button" className="link" onClick={() => setNew(!isNew)}>
            {isNew ? words.toSignIn : words.toRegister}
          </button>
        </p>
      </section>
    </main>
  );
}

export function Mark() {
  return (
    <p className="mark">
      <img src="/favicon.svg" alt="" width={28} height={28} />
      {text.product}
    </p>
  );
}

function SignInForm() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const submit = async () => void keep(await login(email.trim(), password));
  return (
    <Form submit={submit} label={text.entrance.signInTitle} action={text.entrance.signIn} button="large">
      <Field
        label={text.entrance.email}
        type="email"
        name="email"
        autoComplete="username"
        required
        autoFocus
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Field
        label={text.entrance.password}
        type="password"
        name="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
    </Form>
  );
}

function RegisterForm({ invitation }: { invitation: string | null }) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [organization, setOrganization] = useState("");
  const words = text.entrance;
  async function submit() {
    const joining = invitation
      ? { invitationToken: invitation }
      : organization.trim()
        ? { organizationName: organization.trim() }
        : {};
    keep(await register({ name: name.trim(), email: email.trim(), password, ...joining }));
  }
  return (
    <Form submit={submit} label={words.registerTitle} action={words.register} button="large">
      <Field
        label={words.name}
        name="name"
        autoComplete="name"
        required
        maxLength={255}
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        label={words.email}
        type="email"
        name="email"
        autoComplete="username"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Field
        label={words.password}
        hint={words.passwordHint}
        type="password"
        name="password"
        autoComplete="new-password"
        required
        minLength={8}
        maxLength={256}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      {!invitation && (
        <Field
          label={words.organization}
          name="organization"
          autoComplete="organization"
          maxLength={255}
          value={organization}
          onChange={(event) => setOrganization(event.target.value)}
        />
      )}
    </Form>
  );
}
