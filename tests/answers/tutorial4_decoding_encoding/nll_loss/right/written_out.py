# about: writes the loss out
# points: 4

def make_classifier(n_neurons, n_hidden, n_classes):
    def negative_log_likelihood(output, target):
        return -output[torch.arange(len(target)), target].mean()

    return DeepNetSoftmax(n_neurons, n_hidden, n_classes), negative_log_likelihood
