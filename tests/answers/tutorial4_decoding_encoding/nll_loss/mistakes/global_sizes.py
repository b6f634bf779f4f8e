# about: uses the notebook's training data for the size
# points: 0
# varies: 0 to 2
# names: variable of the notebook used

def make_classifier(n_neurons, n_hidden, n_classes):
    return DeepNetSoftmax(resp_train.shape[1], n_hidden, n_classes), nn.NLLLoss()
