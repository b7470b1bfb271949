//! What a call must give: what the interpreter makes of it.

use crate::call::{Call, Ending};
use crate::errors::Errors;
use crate::executor::Opened;
use crate::interpreter::{MAX_STEPS, TOO_LONG};
use crate::machine::{Machine, Traits};
use crate::package::Package;
use crate::tolerance::Tolerance;
use crate::{Outcome, call, shrink};
use std::sync::{Arc, Mutex};
use wgpuc_abi::Target;
use wgpuc_runtime::Library;

/// Steps of a launch that nobody has asked for: random lengths of loops can be anything.
pub(crate) const FEW_STEPS: u64 = 20_000_000;

/// The interpreter of a package's kernels, in the forms that whoever is compared runs.
pub(crate) struct Reference {
    /// The package.
    pub(crate) package: Arc<Package>,
    /// With the steps that each may take.
    open: Mutex<Vec<(u64, Opened)>>,
}

/// A call, and what must come of it, which is found when it is first needed.
pub(crate) struct Expected {
    /// The call.
    pub(crate) call: Call,
    max_steps: u64,
    endings: Mutex<Vec<(Traits, Arc<Ending>)>>,
}

impl Expected {
    /// Of a call.
    #[must_use]
    pub(crate) fn new(call: Call) -> Self {
        Self { call, max_steps: MAX_STEPS, endings: Mutex::default() }
    }

    /// Of a call that nobody has asked for: where a launch takes more steps, it is left out.
    #[must_use]
    pub(crate) fn in_short(call: Call, max_steps: u64) -> Self {
        Self { max_steps, ..Self::new(call) }
    }
}

impl Reference {
    /// Of these kernels.
    #[must_use]
    pub(crate) fn new(package: Arc<Package>) -> Self {
        Self { package, open: Mutex::default() }
    }

    /// What the call must give on an executor with these traits.
    ///
    /// # Errors
    /// Where the interpreter cannot be opened.
    fn ending(&self, expected: &Expected, traits: &Traits) -> Result<Arc<Ending>, String> {
        let traits = self.as_far_as_it_matters(expected.call.op.name.kebab(), traits);
        // Whoever comes first interprets the call; the others wait for it.
        let mut known = expected.endings.lock().map_err(|_| "a case has panicked".to_owned())?;
        if let Some((_, ending)) = known.iter().find(|(t, _)| *t == traits) {
            return Ok(Arc::clone(ending));
        }
        let on = self.interpreter(&traits, expected.max_steps)?;
        let machine = Machine::new(&on.gpu, on.traits).map_err(|e| e.to_string());
        let ending = expected.call.run(&mut machine?, self.interface()).map_err(|e| e.to_string())?;
        let refusal = if let Ending::Refused(why) = &ending { Some(why.as_str()) } else { None };
        self.package.note_call(expected.call.op.name.kebab(), refusal);
        let ending = Arc::new(ending);
        known.push((traits, Arc::clone(&ending)));
        Ok(ending)
    }

    /// Kernels of one form run alike on all devices, where their op asks for no feature either.
    fn as_far_as_it_matters(&self, op: &str, traits: &Traits) -> Traits {
        let traits = Traits { is_exact: true, is_interpreter: true, ..traits.clone() };
        match self.package.depends_on_features(op) {
            true => traits,
            false => Traits { target: Target::Wgsl, features: vec![], subgroup_size: 0, ..traits },
        }
    }

    /// Makes the call, and fails unless what comes of it is what the interpreter makes of it.
    ///
    /// # Errors
    /// Says what else came.
    pub(crate) fn compare(
        &self,
        machine: &mut Machine,
        errors: &mut Errors,
        expected: &Expected,
        stated: Option<Tolerance>,
    ) -> Outcome {
        let call = &expected.call;
        let want = self.ending(expected, &machine.traits)?;
        if expected.max_steps < MAX_STEPS && matches!(&*want, Ending::Broken(why) if why.contains(TOO_LONG)) {
            return Ok(());
        }
        let got = call.run(machine, self.interface())?;
        let tolerance = stated.unwrap_or_else(|| Tolerance::of(&self.package, call.op.name.kebab(), &machine.traits));
        let outcome = self.check(errors, call, (&got, &want), tolerance, &machine.traits);
        match outcome {
            Err(error) if machine.traits.is_interpreter && !matches!(*want, Ending::Broken(_)) => Err(match self
                .package
                .unwritten(call.op.name.kebab())
            {
                Some(place) => format!(
                    "the result depends on workgroup memory that nothing has written: {error}; {place} reads such: \
                         write it first, or declare it with `shared_zeroed`"
                ),
                None => format!(
                    "another order of invocations gives another result: {error}; where that is meant, set `generated \
                         = false` for this op and write cases that expect what does not depend on it"
                ),
            }
            .into()),
            outcome => outcome,
        }
    }

    /// The smallest and plainest call that fails as one does that was compared, as a case file says it; and how it does.
    #[must_use]
    pub(crate) fn shrunk(
        &self,
        machine: &mut Machine,
        expected: &Expected,
        stated: Option<Tolerance>,
        why: String,
    ) -> (String, String) {
        let max_steps = expected.max_steps.min(FEW_STEPS);
        let mut fails = |call: &Call| {
            let expected = Expected::in_short(call.clone(), max_steps);
            self.compare(machine, &mut Errors::default(), &expected, stated).err().map(|error| error.to_string())
        };
        let (call, why) = shrink::shrunk((expected.call.clone(), why), self.interface(), &mut fails);
        let within = stated.and_then(Tolerance::to_toml).unwrap_or_default();
        (call.to_toml(self.interface()) + &within, why)
    }

    /// Fails unless two endings are the same within a tolerance.
    ///
    /// # Errors
    /// Says where they differ.
    pub(crate) fn check(
        &self,
        errors: &mut Errors,
        call: &Call,
        (got, want): (&Ending, &Ending),
        tolerance: Tolerance,
        traits: &Traits,
    ) -> Outcome {
        match (got, want) {
            (_, Ending::Broken(why)) => Err(format!("the interpreter finds no meaning in it: {why}").into()),
            (Ending::Refused(got), Ending::Refused(want)) => errors.same("the refusal", &[got], &[want]),
            // Of several faults of a launch, any may be the first.
            (Ending::Fault(_), Ending::Fault(_)) => errors.same("a fault", &[1], &[1]),
            (Ending::Done(got), Ending::Done(want)) => {
                for (param, (got, want)) in call.op.params.iter().zip(got.iter().zip(want)) {
                    if let Some(layout) = call::layout(param, self.interface()) {
                        let name = param.name.kebab();
                        tolerance.check(errors, (name, &layout), (got, want), !traits.is_exact)?;
                    }
                }
                Ok(())
            }
            (got, want) => Err(format!("it {got}, but the interpreter {want}").into()),
        }
    }

    /// The package's interface.
    #[must_use]
    pub(crate) fn interface(&self) -> &wgpuc_abi::Interface {
        &self.package.output.manifest.interface
    }

    fn interpreter(&self, traits: &Traits, max_steps: u64) -> Result<Opened, String> {
        let mut open = self.open.lock().map_err(|_| "a case has panicked".to_owned())?;
        if let Some((_, on)) = open.iter().find(|(steps, on)| *steps == max_steps && on.traits == *traits) {
            return Ok(on.clone());
        }
        let on = Opened::interpreter(&self.package, traits.clone(), 0, max_steps, Library::Own)?;
        open.push((max_steps, on.clone()));
        Ok(on)
    }
}
