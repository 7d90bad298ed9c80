//! The ways to a phone, and the order in which they are tried.

/// A way to a phone. The names are stored and part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    WhatsApp,
    Sms,
}

/// Channels in the order in which they are tried, each at most once. What is stored with a
/// verification are those that are left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Route([Option<Channel>; Channel::ALL.len()]);

impl Channel {
    pub const ALL: [Self; 2] = [Self::WhatsApp, Self::Sms];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WhatsApp => "whatsapp",
            Self::Sms => "sms",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "whatsapp" => Some(Self::WhatsApp),
            "sms" => Some(Self::Sms),
            _ => None,
        }
    }
}

impl Route {
    /// What is named again is left out.
    pub fn of(channels: impl IntoIterator<Item = Channel>) -> Self {
        let mut route = Self::default();
        for channel in channels {
            if let Some(place) = route.0.iter_mut().find(|place| place.is_none_or(|c| c == channel))
            {
                *place = Some(channel);
            }
        }
        route
    }

    pub fn channels(&self) -> impl Iterator<Item = Channel> {
        self.0.into_iter().flatten()
    }

    pub fn is_empty(&self) -> bool {
        self.0[0].is_none()
    }

    pub fn contains(&self, channel: Channel) -> bool {
        self.channels().any(|other| other == channel)
    }

    /// Takes the channel that is next.
    pub fn take_next(&mut self) -> Option<Channel> {
        let next = self.0[0]?;
        *self = self.without(next);
        Some(next)
    }

    #[must_use]
    pub fn without(self, channel: Channel) -> Self {
        Self::of(self.channels().filter(|other| *other != channel))
    }

    pub const fn as_str(&self) -> &'static str {
        match self.0 {
            [None, _] => "",
            [Some(Channel::WhatsApp), None | Some(Channel::WhatsApp)] => "whatsapp",
            [Some(Channel::Sms), None | Some(Channel::Sms)] => "sms",
            [Some(Channel::WhatsApp), Some(Channel::Sms)] => "whatsapp,sms",
            [Some(Channel::Sms), Some(Channel::WhatsApp)] => "sms,whatsapp",
        }
    }

    /// Names of channels, parted by commas; `None` when one is unknown or named twice.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let names = text.split(',').map(str::trim);
        let channels = names.map(Channel::parse).collect::<Option<Vec<_>>>()?;
        let route = Self::of(channels.iter().copied());
        (route.channels().count() == channels.len()).then_some(route)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Channel::{Sms, WhatsApp};

    #[test]
    fn a_route_gives_each_of_its_channels_once_in_order() {
        let mut route = Route::of([WhatsApp, Sms, WhatsApp]);

        assert_eq!(
            [route.take_next(), route.take_next(), route.take_next()],
            [Some(WhatsApp), Some(Sms), None]
        );
    }

    #[test]
    fn a_route_is_read_as_it_is_written() {
        for channels in
            [vec![], vec![Sms], vec![WhatsApp], vec![WhatsApp, Sms], vec![Sms, WhatsApp]]
        {
            let route = Route::of(channels);

            assert_eq!(Route::parse(route.as_str()), Some(route));
        }
        assert_eq!(Route::parse(" whatsapp , sms"), Some(Route::of([WhatsApp, Sms])));
        assert_eq!(Route::parse("sms,pigeon"), None);
        assert_eq!(Route::parse("sms,sms"), None);
    }
}
