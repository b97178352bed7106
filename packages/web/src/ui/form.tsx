import { type FormEvent, type ReactNode, useState } from 'react';
import { FieldErrorsContext, type FormProblem, noProblem, readProblem } from './field-errors.ts';

interface FormProps {
  /** The form's accessible name. */
  label: string;
  /** What its button says. */
  submit: string;
  /** What is said once it has been done. */
  done: string;
  /** What it throws is told beside the field it is about; the fields are emptied when it has been done. */
  onSubmit: (fields: FormData) => Promise<void>;
  /** What stands beside its button. */
  aside?: ReactNode;
  children: ReactNode;
}

type Input = HTMLInputElement | HTMLSelectElement;

function inputsOf(form: HTMLFormElement): Input[] {
  return [...form.elements].filter(
    (element): element is Input =>
      element instanceof HTMLInputElement || element instanceof HTMLSelectElement,
  );
}

/** What the browser finds wrong, in its own words. */
function readInvalid(form: HTMLFormElement): FormProblem {
  const invalid = inputsOf(form).filter((input) => !input.validity.valid);
  const fields = invalid.map((input) => [input.name, input.validationMessage]);
  return { ...noProblem, fields: Object.fromEntries(fields) };
}

function focusFirst(form: HTMLFormElement, { fields }: FormProblem): void {
  inputsOf(form)
    .find(({ name }) => name in fields)
    ?.focus();
}

/** A form that says what is wrong beside the field it is wrong with. */
export function Form({ label, submit, done, onSubmit, aside, children }: FormProps) {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState(noProblem);
  const [isDone, setIsDone] = useState(false);

  const show = (form: HTMLFormElement, next: FormProblem) => {
    setProblem(next);
    focusFirst(form, next);
  };
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    setIsDone(false);
    const invalid = readInvalid(form);
    if (Object.keys(invalid.fields).length > 0) return show(form, invalid);
    setIsBusy(true);
    try {
      await onSubmit(new FormData(form));
      setProblem(noProblem);
      setIsDone(true);
      form.reset();
    } catch (error) {
      show(form, readProblem(error, new Set(inputsOf(form).map(({ name }) => name))));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <FieldErrorsContext value={problem.fields}>
      <form aria-label={label} noValidate className="grid gap-4" onSubmit={(event) => void send(event)}>
        {children}
        {problem.general !== null && (
          <p role="alert" className="notice-danger">
            {problem.general}
          </p>
        )}
        <div className="flex flex-wrap items-center gap-3">
          <button type="submit" className="quiet-button" disabled={isBusy}>
            {submit}
          </button>
          {aside}
          <p role="status" className="text-sm text-ink-soft">
            {isDone && done}
          </p>
        </div>
      </form>
    </FieldErrorsContext>
  );
}
