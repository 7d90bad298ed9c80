//! The list.

use super::{cleaning, listing};
use crate::ledger::Ledger;
use crate::testing::contract::World;
use crate::verification::VerificationStore;

/// Runs each check in a world that has nothing of the others.
macro_rules! run {
    ($world:ident: $($module:ident { $($check:ident,)* })*) => {
        $($(
            $world.turn_page();
            $module::$check(&mut $world).await;
        )*)*
    };
}

pub async fn verifications(ledger: &dyn Ledger, store: &dyn VerificationStore) {
    let mut world = World::new(ledger, store).await;
    Box::pin(listings(&mut world)).await;
    Box::pin(cleanings(&mut world)).await;
    store.ready().await.expect("storage can be written to");
}

async fn listings(mut world: &mut World<'_>) {
    run! { world:
        listing {
            an_unknown_one_is_not_found,
            the_newest_come_first,
            pages_follow_each_other,
            each_comes_with_its_messages,
            those_whose_time_is_up_are_listed_as_expired,
            every_state_is_listed_alone,
            a_phone_a_purpose_and_a_time_narrow_it_down,
            tenants_see_their_own,
            messages_are_listed_the_last_first,
        }
    }
}

async fn cleanings(mut world: &mut World<'_>) {
    run! { world:
        cleaning {
            the_overdue_are_those_that_nobody_ended,
            the_old_are_deleted_with_their_messages,
            the_old_are_deleted_in_portions,
            addresses_are_forgotten_and_nothing_else,
            old_webhooks_are_deleted,
            what_counts_once_for_good_is_remembered_for_a_year,
            limits_that_still_count_are_kept,
        }
    }
}
