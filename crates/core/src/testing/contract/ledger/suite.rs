//! The list.

use super::{
    checking, ending, falling_back, hearing, limits, opting_out, receiving, sending, starting,
};
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

pub async fn ledger(ledger: &dyn Ledger, store: &dyn VerificationStore) {
    let mut world = World::new(ledger, store).await;
    Box::pin(starts_and_limits(&mut world)).await;
    Box::pin(checks_and_ends(&mut world)).await;
    Box::pin(messages(&mut world)).await;
    Box::pin(proofs(&mut world)).await;
    Box::pin(fallbacks(&mut world)).await;
    Box::pin(opt_outs(&mut world)).await;
}

async fn opt_outs(mut world: &mut World<'_>) {
    run! { world:
        opting_out {
            whoever_writes_stop_gets_nothing_by_that_channel,
            a_route_leaves_out_what_is_not_wanted,
            start_lifts_it_and_is_a_word_like_others_before,
            an_sms_that_anybody_may_forge_lifts_sms_alone,
            it_is_remembered_until_it_is_lifted,
            a_tenant_is_told_to_stop_by_itself,
            what_is_live_does_not_go_on_by_it,
            a_code_is_not_sent_again_by_it,
            a_code_is_sent_again_by_what_is_left,
            a_provider_that_refuses_for_it_is_believed,
            a_refusal_for_it_ends_it_for_siblings_too,
            what_waits_to_be_sent_is_not_sent_by_it,
            what_waits_to_be_sent_goes_by_what_is_left,
            what_is_tried_again_is_not_sent_by_it,
            a_refusal_for_it_holds_back_what_waits,
            what_is_wanted_again_before_it_goes_is_sent,
            an_sms_proves_nothing,
            whoever_wants_nothing_may_still_write_first,
            one_who_guessed_may_still_say_stop,
            stop_and_a_start_at_once_are_decided_in_turn,
        }
    }
}

async fn fallbacks(mut world: &mut World<'_>) {
    run! { world:
        falling_back {
            a_message_that_fails_is_followed_by_one_on_the_next_channel,
            a_message_that_nobody_says_to_have_is_followed_once,
            a_message_that_arrived_is_not_followed,
            a_message_that_is_kept_back_counts_as_delivered_and_is_not_followed,
            a_failure_and_the_timer_at_once_are_followed_once,
            two_messages_that_are_silent_are_followed_once,
            what_arrives_after_all_is_not_lost,
            a_resend_that_names_its_channel_is_not_followed,
            whoever_has_ended_gets_no_more,
            the_last_channel_that_fails_ends_the_verification,
            a_phone_that_is_not_on_whatsapp_is_remembered_for_a_day,
            a_receipt_tells_that_a_phone_is_not_on_whatsapp,
            a_phone_without_another_channel_is_tried_again,
        }
    }
}

async fn proofs(mut world: &mut World<'_>) {
    run! { world:
        hearing {
            every_column_of_a_challenge_is_read_back,
            one_that_asks_for_no_row_begins,
            a_message_with_the_token_approves_once,
            the_same_message_at_once_approves_once,
            another_number_proves_nothing,
            a_token_of_another_tenant_names_nothing,
            a_number_is_learnt_and_confirmed,
            a_wrong_confirmation_is_counted_three_times,
            a_second_sender_ends_it,
            whoever_says_no_ends_it,
            one_webhook_may_say_no_and_prove_something_else,
            whoever_says_no_is_heard_until_the_end,
            a_first_sender_who_hides_the_number_counts_as_one,
            what_approved_it_stays,
            a_shared_contact_is_sent_a_code,
            a_card_that_nobody_asked_for_is_refused,
            another_account_behind_the_number_does_not_sign_in,
            a_sender_who_guesses_is_ignored,
            six_digits_count_from_their_own_number_only,
            nothing_is_approved_after_its_time,
        }
    }
}

async fn starts_and_limits(mut world: &mut World<'_>) {
    run! { world:
        starting {
            what_was_started_is_read_back,
            every_column_is_read_back,
            a_started_verification_has_a_queued_message,
            nothing_is_found_under_another_tenant,
            the_same_start_again_is_the_first_one,
            one_of_many_same_starts_begins,
            a_key_with_another_request_is_a_mistake,
            keys_of_tenants_are_apart,
            the_third_live_one_supersedes_the_first,
            a_start_may_send_the_live_one_again,
        }
        limits {
            a_phone_gets_one_message_a_minute,
            one_of_many_starts_for_a_phone_begins,
            a_phone_gets_five_messages_a_day,
            an_address_gets_its_number_an_hour,
            a_tenant_keeps_its_pace,
            a_resend_counts_against_the_limits,
            a_refusal_charges_nothing,
        }
    }
}

async fn checks_and_ends(mut world: &mut World<'_>) {
    run! { world:
        checking {
            the_right_code_approves_once,
            the_last_wrong_code_closes_it,
            guesses_at_once_are_counted_one_by_one,
            one_of_many_right_codes_is_approved,
            live_verifications_share_five_attempts,
            wrong_codes_outlive_their_verifications,
            a_check_asked_again_is_answered_again,
            a_phone_is_checked_by_its_newest,
            a_neighbour_that_shares_limits_shares_no_code,
            a_check_is_answered_again_after_others,
            time_ends_a_check,
            an_unknown_verification_is_not_checked,
        }
        ending {
            a_canceled_one_has_no_code_and_sends_nothing,
            what_was_taken_after_the_end_is_known_to_be,
            what_was_not_taken_after_the_end_is_known_to_be,
            canceling_again_says_the_same,
            what_has_ended_is_not_canceled,
            expiring_wipes_the_code_and_drops_the_message,
            only_those_that_are_due_expire,
        }
    }
}

async fn messages(mut world: &mut World<'_>) {
    run! { world:
        sending {
            a_due_message_is_claimed_once,
            claims_at_once_share_the_messages,
            an_accepted_message_is_done,
            a_message_is_tried_again_when_it_was_not_sent,
            a_message_that_found_no_room_has_not_been_tried,
            a_lost_answer_is_waited_for_and_then_sent_again,
            a_failed_last_message_ends_the_verification,
            one_failed_message_of_two_ends_nothing,
            an_old_try_settles_nothing,
            a_lease_that_ran_out_is_taken_over,
            a_resend_keeps_the_code_and_doubles_the_wait,
            a_resend_needs_a_live_verification,
        }
        receiving {
            receipts_say_the_same_in_any_order,
            every_column_of_a_message_is_read_back,
            a_failure_by_receipt_ends_the_verification,
            the_same_webhook_again_does_nothing,
            the_same_webhook_at_once_counts_once,
            an_inbound_message_is_stored_once,
            a_receipt_for_nobody_is_unmatched,
            a_receipt_under_another_tenant_does_nothing,
            an_account_does_not_speak_for_another,
        }
    }
}
