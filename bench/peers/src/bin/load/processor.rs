//! CPU time of the servers, from `/proc`.

use std::{collections::HashSet, fs, io, time::Duration};

/// `USER_HZ`, the unit of `/proc/PID/stat`: 100 on every Linux that runs this.
const TICKS_PER_SECOND: f64 = 100.0;

pub struct Processor<'a> {
    roots: &'a [u32],
    before: u64,
}

impl<'a> Processor<'a> {
    pub fn start(roots: &'a [u32]) -> io::Result<Self> {
        Ok(Self { roots, before: ticks(roots)? })
    }

    pub fn used(&self) -> io::Result<Duration> {
        let used = ticks(self.roots)?.saturating_sub(self.before);
        Ok(Duration::from_secs_f64(used as f64 / TICKS_PER_SECOND))
    }
}

struct Process {
    id: u32,
    parent: u32,
    own: u64,
    reaped_children: u64,
}

/// Time of the roots, of their living descendants, and of the children they have buried.
fn ticks(roots: &[u32]) -> io::Result<u64> {
    if roots.is_empty() {
        return Ok(0);
    }
    let processes = processes()?;
    let mut family: HashSet<u32> = roots.iter().copied().collect();
    loop {
        let known = family.len();
        family.extend(
            processes
                .iter()
                .filter(|it| family.contains(&it.parent))
                .map(|it| it.id)
                .collect::<Vec<_>>(),
        );
        if family.len() == known {
            break;
        }
    }
    let members = processes.iter().filter(|process| family.contains(&process.id));
    Ok(members.map(|process| process.own + process.reaped_children).sum())
}

fn processes() -> io::Result<Vec<Process>> {
    let entries = fs::read_dir("/proc")?;
    Ok(entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|id| parse(id, &fs::read_to_string(format!("/proc/{id}/stat")).ok()?))
        .collect())
}

/// The name of the program may hold spaces and parentheses: the fields are counted from its end.
fn parse(id: u32, stat: &str) -> Option<Process> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    Some(Process {
        id,
        parent: u32::try_from(field(4)?).ok()?,
        own: field(14)? + field(15)?,
        reaped_children: field(16)? + field(17)?,
    })
}
