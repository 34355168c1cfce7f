//! The table beside what is known of it: every order of three owners and the clock, many claims in a table that is too
//! short for them, two threads; and how much memory it takes.

use std::collections::HashMap;
use std::sync::Barrier;
use std::thread;

use super::*;
use crate::replay::memory::clock::Tick;

const LEASE: u64 = 10;
const KEEP: u64 = 20;

/// Who claims, and then confirms or releases what they got; the last one is time.
const TIME: usize = 3;

fn tick(number: u64) -> Tick {
    Tick::of_number(number)
}

fn home(table: &Table, name: u64) -> Home<'_> {
    table.home(Name::of(name)).expect("every name has a home").lock()
}

/// Every order in which three owners and the clock can come at a key. Each question is one
/// critical section, that of the home, so that there are no other interleavings than those of whole questions.
#[test]
fn every_interleaving_of_three_owners_and_the_clock() {
    for confirms in 0_u32..1 << 3 {
        let mut orders = 0;
        each_order([2, 2, 2, 3], &mut Vec::new(), &mut |order| {
            play(order, |actor| confirms >> actor & 1 == 1);
            orders += 1;
        });
        assert_eq!(orders, 7560, "9! / (2! 2! 2! 3!)");
    }
}

fn each_order(left: [usize; 4], order: &mut Vec<usize>, visit: &mut impl FnMut(&[usize])) {
    if left == [0; 4] {
        return visit(order);
    }
    for actor in 0..left.len() {
        let mut rest = left;
        if let Some(fewer) = rest[actor].checked_sub(1) {
            rest[actor] = fewer;
            order.push(actor);
            each_order(rest, order, visit);
            order.pop();
        }
    }
}

/// What is known of a key besides the table: who has it or that it is done, and until when.
#[derive(Clone, Copy)]
struct Known<By> {
    by: Option<By>,
    end: u64,
}

fn play(order: &[usize], confirms: impl Fn(usize) -> bool) {
    let (table, mut now) = (Table::new(1), 0);
    let mut known: Option<Known<usize>> = None;
    let mut claimed: [Option<Option<Owner>>; 3] = [None; 3];
    for &actor in order {
        if actor == TIME {
            now += LEASE / 2;
            known = known.filter(|known| now < known.end);
            continue;
        }
        let (mut home, name) = (home(&table, 1), Name::of(1));
        match claimed[actor] {
            None => {
                let outcome = home.claim(name, tick(now), tick(now + LEASE)).expect("room");
                let expected = known.map(|known| known.by.is_none());
                match outcome {
                    ClaimOutcome::Fresh(owner) => {
                        assert_eq!(expected, None, "{order:?}");
                        known = Some(Known { by: Some(actor), end: now + LEASE });
                        claimed[actor] = Some(Some(owner));
                    }
                    other => {
                        let done = other == ClaimOutcome::Done;
                        assert_eq!(expected, Some(done), "{order:?}");
                        claimed[actor] = Some(None);
                    }
                }
            }
            Some(None) => {}
            Some(Some(owner)) => {
                let mine = known.is_some_and(|known| known.by == Some(actor));
                let held = if confirms(actor) {
                    home.confirm(name, owner, tick(now), tick(now + KEEP)).expect("room")
                } else {
                    home.release(name, owner, tick(now))
                };
                let nobodys = confirms(actor) && known.is_none();
                assert_eq!(held, mine || nobodys, "{order:?}");
                if held {
                    known = confirms(actor).then_some(Known { by: None, end: now + KEEP });
                }
            }
        }
    }
}

/// A short table, so full that most names are away from home: it knows what a map knows.
#[test]
fn whatever_is_asked_in_whatever_order() {
    let mut random = 7_u64;
    let mut below = |most: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % most
    };
    let (mut away, mut full) = (0, 0);
    for claims in [3, 20, 128, 129, 200] {
        let (table, mut now) = (Table::new(claims), 0);
        let mut known: HashMap<u64, Known<Owner>> = HashMap::new();
        let mut owners: Vec<(u64, Owner)> = Vec::new();
        for _ in 0..60_000 {
            now += u64::from(below(8) == 0);
            known.retain(|_, known| now < known.end);
            let end = now + 1 + below(claims as u64 / 2);
            match below(3) {
                0 | 1 => {
                    let name = below(4 * claims as u64);
                    let outcome = home(&table, name).claim(Name::of(name), tick(now), tick(end));
                    match (outcome, known.get(&name)) {
                        (Ok(ClaimOutcome::Fresh(owner)), None) => {
                            known.insert(name, Known { by: Some(owner), end });
                            owners.push((name, owner));
                        }
                        (Ok(ClaimOutcome::InFlight), Some(Known { by: Some(_), .. }))
                        | (Ok(ClaimOutcome::Done), Some(Known { by: None, .. })) => {}
                        (Err(ReplayError::Full), None) => {
                            assert!(known.len() >= claims, "{} of {claims}", known.len());
                            full += 1;
                        }
                        (other, _) => panic!("{other:?}"),
                    }
                }
                _ if owners.is_empty() => {}
                _ => {
                    let index = below(owners.len() as u64) as usize;
                    let (name, owner) = owners.swap_remove(index);
                    let by = known.get(&name).map(|known| known.by);
                    let (mut home, called) = (home(&table, name), Name::of(name));
                    if below(2) == 0 {
                        assert_eq!(home.release(called, owner, tick(now)), by == Some(Some(owner)));
                        if by == Some(Some(owner)) {
                            known.remove(&name);
                        }
                    } else {
                        match home.confirm(called, owner, tick(now), tick(end)) {
                            Ok(held) => {
                                assert_eq!(held, by.is_none() || by == Some(Some(owner)));
                                if held {
                                    known.insert(name, Known { by: None, end });
                                }
                            }
                            Err(_) => assert!(by.is_none() && known.len() >= claims),
                        }
                    }
                }
            }
        }
        let inside = table.buckets.iter().map(Bucket::lock);
        away += inside.filter(|inside| inside.away.until() > tick(0)).count();
    }
    assert!(away > 20 && full > 1000, "{away} {full}");
}

/// Two threads that want the same names in opposite orders, and take what is over from all of them.
#[test]
fn one_of_two_gets_it_and_nobody_waits_for_each_other() {
    const ROUNDS: u64 = 200;
    // More than there are homes, so that locks of several buckets are wanted at a time.
    const NAMES: u64 = 120;
    let (table, gate) = (Table::new(NAMES as usize), Barrier::new(2));
    let claim = |name: u64, now: u64| {
        home(&table, name).claim(Name::of(name), tick(now), tick(now + 1)).expect("room")
    };
    let got = |reversed: bool| {
        let mut got = Vec::new();
        for round in 0..ROUNDS {
            gate.wait();
            for index in 0..NAMES {
                let index = if reversed { NAMES - 1 - index } else { index };
                let name = 1 + round * NAMES / 2 + index;
                if let ClaimOutcome::Fresh(_) = claim(name, round) {
                    got.push((round, name));
                }
            }
        }
        got
    };
    let mut all = thread::scope(|scope| {
        let other = scope.spawn(|| got(true));
        [got(false), other.join().expect("no panic")].concat()
    });
    all.sort_unstable();
    assert_eq!(all.len(), (ROUNDS * NAMES) as usize);
    all.dedup();
    assert_eq!(all.len(), (ROUNDS * NAMES) as usize);
}

#[test]
fn a_claim_takes_at_most_80_bytes() {
    // Elsewhere a lock may be larger.
    if cfg!(not(target_os = "linux")) {
        return;
    }
    assert_eq!(size_of::<Bucket>(), 64);
    for claims in [1000, 10_000, 100_000, 1_000_000] {
        let bytes = size_of_val(&*Table::new(claims).buckets);
        assert!(bytes <= 76 * claims + 4096, "{bytes} for {claims}");
        assert!(claims < 10_000 || bytes <= 80 * claims, "{bytes} for {claims}");
    }
}

/// What is away from home is looked for until its time is over, and then no longer.
#[test]
fn the_way_beyond_ends_with_what_is_there() {
    let table = Table::new(12);
    for name in 1..=12 {
        home(&table, name).claim(Name::of(name), tick(0), tick(64 * name)).expect("room");
    }
    let away = |now: u64| home(&table, 1).inside.away.reach(tick(64 * now));
    assert_eq!((away(0), away(11), away(12)), (5, 5, 0));
    let mut home = home(&table, 1);
    assert_eq!(
        home.claim(Name::of(12), tick(64 * 11), tick(64 * 30)).ok(),
        Some(ClaimOutcome::InFlight)
    );
    home.claim(Name::of(12), tick(64 * 12), tick(64 * 30)).expect("room at home");
    assert_eq!(home.inside.away.reach(tick(64 * 12)), 0);
    // Confirmed for longer, it is looked for as long.
    home.claim(Name::of(24), tick(64 * 12), tick(64 * 20)).expect("room");
    let Ok(ClaimOutcome::Fresh(owner)) = home.claim(Name::of(25), tick(64 * 12), tick(64 * 20))
    else {
        panic!("there is room beyond");
    };
    assert!(home.confirm(Name::of(25), owner, tick(64 * 12), tick(64 * 50)).expect("it is held"));
    assert_eq!(
        (home.inside.away.reach(tick(64 * 49)), home.inside.away.reach(tick(64 * 50))),
        (1, 0)
    );
    assert_eq!(
        home.claim(Name::of(25), tick(64 * 49), tick(64 * 60)).ok(),
        Some(ClaimOutcome::Done)
    );
}
